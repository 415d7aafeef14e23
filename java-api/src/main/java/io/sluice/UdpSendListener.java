package io.sluice;

/** Told what became of one datagram. Called on the loop's thread, exactly once, before {@code onClosed}. */
@FunctionalInterface
public interface UdpSendListener {
  /**
   * @param failure null when the kernel took the datagram, which does not mean that it arrives; else why it did not
   */
  void onSent(UdpSocket socket, UdpError failure);
}
