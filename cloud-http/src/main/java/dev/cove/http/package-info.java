/** The HTTP that the adapters of clouds share below their SDKs: connections, bodies and what broke. */
@NullMarked
package dev.cove.http;

import org.jspecify.annotations.NullMarked;
