"""Who is covered, how to reach them safely, what they agreed to, who may act for them."""
