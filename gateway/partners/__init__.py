"""Work for partners: due rows become files, the partners' answers become messages to the nodes."""
