"""What the library offers beside lending: visits and, later, spaces, events, contests, volunteers."""
