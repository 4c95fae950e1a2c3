"""The parts of tests/bench/peers/run."""
