"""Library systems to test against and to run self-service machines on: real servers on a socket over the embedded system.

Each can be told to fail in a scripted way (`faults`), and counts what was asked of it (`house`).
"""
