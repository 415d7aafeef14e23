/**
 * Events for the JDK's flight recorder. {@link io.sluice.internal.jfr.Events} is what the rest of Sluice sees: it does nothing
 * where the module {@code jdk.jfr} is absent, and only {@link io.sluice.internal.jfr.JfrEvents} and the event classes need it.
 */
package io.sluice.internal.jfr;
