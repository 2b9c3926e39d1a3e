"""Our own rule and its peers' on simulated noise: false acceptance, power, cost, and the interval's
coverage."""
