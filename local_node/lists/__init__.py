"""What all lists have in common: filters that stand in the address, sorting, paging, saved filters, export."""
