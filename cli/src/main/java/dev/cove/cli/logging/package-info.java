/** Where log lines go: standard error for a command, a bounded file for a mount in the background. */
@NullMarked
package dev.cove.cli.logging;

import org.jspecify.annotations.NullMarked;
