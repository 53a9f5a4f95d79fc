/** Where Cove keeps its files, and the options that come from the environment and the configuration file. */
@NullMarked
package dev.cove.cli.config;

import org.jspecify.annotations.NullMarked;
