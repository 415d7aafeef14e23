package io.sluice;

/**
 * <pre>
 *  STARTING --&gt; LISTENING &lt;--&gt; THROTTLED      close() in any state --&gt; CLOSED
 *      |             |
 *      |             +&lt;--&gt; PAUSED
 *      +--&gt; FAILED
 * </pre>
 */
public enum ListenerState {
  /** Not yet bound, or not on every loop yet: nobody is served. */
  STARTING,
  /** A connection attempt would be accepted. */
  LISTENING,
  /** Out of descriptors: connections wait in the kernel's backlog; accepting goes on by itself. */
  THROTTLED,
  /** {@link Listener#pause()} was called: connections wait in the kernel's backlog. */
  PAUSED,
  /** Closed here. */
  CLOSED,
  /**
   * Could not start: {@link Listener#ready()} has failed with the cause. Also, though no known system does it, when a socket
   * that listened refuses to accept for good.
   */
  FAILED
}
