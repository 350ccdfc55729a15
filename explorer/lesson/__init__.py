"""What the lesson computes and draws; it knows nothing of the page that shows it."""
