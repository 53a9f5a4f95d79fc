/** What every command shares: exit codes, failures, values on the command line and what is printed. */
@NullMarked
package dev.cove.cli.command;

import org.jspecify.annotations.NullMarked;
