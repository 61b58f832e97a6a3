"""What belongs to running the chapters, and to making the book of them."""
