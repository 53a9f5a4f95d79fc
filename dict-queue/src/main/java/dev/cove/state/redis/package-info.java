/** The distributed store: steps in Lua on a Redis server, each done once however often a connection drops, and bells by publish and subscribe. */
@NullMarked
package dev.cove.state.redis;

import org.jspecify.annotations.NullMarked;
