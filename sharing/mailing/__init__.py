"""Mails: copies of what a reader is told in the service. The page never waits for one, and none is the only word."""
