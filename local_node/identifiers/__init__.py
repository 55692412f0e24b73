"""Numbers of people and works as they are typed: whether they hold, how they are written, who bears them already."""
