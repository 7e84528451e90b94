"""How members say they are: instruments, answers, scores, and the crisis tasks a risk answer opens."""
