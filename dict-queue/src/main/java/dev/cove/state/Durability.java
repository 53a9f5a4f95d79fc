package dev.cove.state;

/** What an acknowledged write to the embedded store survives. The database stays whole in either case. */
public enum Durability {
  /** The death of any process. The last writes before a power failure may be lost. */
  PROCESS,
  /** A power failure too: each write waits for the disk. */
  DISK
}
