"""People: their rows, and the one spelling of an e-mail address."""
