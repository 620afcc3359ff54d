"""Any library system that speaks SIP2 2.00 (3M Standard Interchange Protocol): we are the self-service side (SC)."""
