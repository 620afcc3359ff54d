"""Web push: copies of notifications to devices whose reader wants them there, readable by the device alone."""
