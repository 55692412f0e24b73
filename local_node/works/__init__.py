"""Works of every creation class: titles, shares, numbers, and what partners answered."""
