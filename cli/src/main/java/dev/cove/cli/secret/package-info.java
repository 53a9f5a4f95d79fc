/** Named secrets: kept encrypted on this machine, given to whoever names them, followed when they change. */
@NullMarked
package dev.cove.cli.secret;

import org.jspecify.annotations.NullMarked;
