"""Search: one analyser for records and questions, two engines that only match its tokens."""
