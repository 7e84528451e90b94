"""One pool of bookable time: schedules, slots, holds and appointments."""
