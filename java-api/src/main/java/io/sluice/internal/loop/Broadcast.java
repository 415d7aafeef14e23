package io.sluice.internal.loop;

import io.sluice.Connection;
import io.sluice.ConnectionRegistry.BroadcastResult;
import io.sluice.SendResult;
import java.nio.ByteBuffer;
import java.util.Objects;

/** One message to many connections, and their answers. The thread of the caller. */
final class Broadcast {
  private final ByteBuffer data;
  private final int position;
  /** What connections of other loops share: nobody writes to it. Made for the first of them. */
  private byte[] copy;
  private final int[] answers = new int[SendResult.values().length];

  Broadcast(ByteBuffer data) {
    this.data = Objects.requireNonNull(data, "data").duplicate();
    this.position = data.position();
  }

  void send(Connection connection) {
    StreamConnection c = (StreamConnection) connection;
    SendResult answer;
    if (c.loop.inLoop()) {
      data.position(position); // Taken by one connection, it stands at the limit.
      answer = c.sendCopy(data, null, false);
    } else {
      answer = c.sendFromOutside(copied(), null);
    }
    answers[answer.ordinal()]++;
  }

  private byte[] copied() {
    if (copy == null) {
      data.position(position);
      copy = new byte[data.remaining()];
      data.get(position, copy);
    }
    return copy;
  }

  private int count(SendResult answer) {
    return answers[answer.ordinal()];
  }

  BroadcastResult result() {
    return new BroadcastResult(
        count(SendResult.QUEUED), count(SendResult.SATURATED), count(SendResult.REJECTED), count(SendResult.CLOSED));
  }
}
