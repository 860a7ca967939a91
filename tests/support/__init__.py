"""What tests share: a fund that lives in memory, naive models, and strategies."""
