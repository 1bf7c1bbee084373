"""For load balancers: is the process alive, and can it serve?"""
