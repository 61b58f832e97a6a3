"""What one does in a chapter's page: guess before a film is seen, and then change what it showed."""

from chapters.turns.guess import Choose, Guess, Place
from chapters.turns.turn import Turn

__all__ = ["Choose", "Guess", "Place", "Turn"]
