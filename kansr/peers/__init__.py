"""What kansr is measured against: other tools and plain networks, all fitted in the same way."""
