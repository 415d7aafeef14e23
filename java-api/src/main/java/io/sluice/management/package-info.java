/** Event loop groups in JMX. Needs the module {@code java.management}; without it there are no MXBeans. */
package io.sluice.management;
