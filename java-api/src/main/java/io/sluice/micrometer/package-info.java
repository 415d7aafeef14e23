/** Meters for Micrometer. Needs {@code io.micrometer:micrometer-core}, which is an optional dependency of Sluice. */
package io.sluice.micrometer;
