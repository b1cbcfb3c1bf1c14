"""What the doors' pages share: base pages, components, icons, tokens, the built front end and its security policy."""
