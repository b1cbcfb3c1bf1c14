"""Messages to readers at the workbench: what was sent, the texts and hours, and who is to be called."""
