package io.sluice.examples;

import io.sluice.BufferLease;
import io.sluice.Connection;
import io.sluice.ConnectionHandler;
import io.sluice.SendResult;

/**
 * Sends back what it receives. It has no state, so one object serves every connection.
 *
 * <p>The received buffer itself is sent: nothing is copied. A client that sends and does not read fills its send queue
 * here; then nothing more is read from it until the queue has drained, so that it cannot make this process grow.
 */
final class EchoHandler implements ConnectionHandler {
  @Override
  public void onData(Connection connection, BufferLease data) {
    SendResult result = connection.send(data);
    if (result == SendResult.SATURATED) {
      connection.pauseReading();
    } else if (result == SendResult.REJECTED) {
      // Going on would leave a hole in the stream. A reset tells the client that bytes are missing.
      connection.abort();
    }
  }

  @Override
  public void onWritable(Connection connection) {
    connection.resumeReading();
  }
}
