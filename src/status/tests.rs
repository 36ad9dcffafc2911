//! What is counted, and what is said to be left.
