package dev.cove.cli.secret;

import java.time.Instant;

/**
 * A secret as the store keeps it.
 *
 * @param created when a secret of this name was first made
 * @param changed when its entries were given
 */
record StoredSecret(Instant created, Instant changed, Entries entries) {}
