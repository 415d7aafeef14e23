package io.sluice.internal.jfr;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.ListenerState;
import io.sluice.api.FlightRecording;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** Events in the time between a start and {@link Events#listen}. */
class JfrEventsTest {
  @Test
  void aRecordingThatBeginsBeforeAnybodyListensForTheRecorderHasTheEvents() throws Exception {
    Events events = JfrEvents.make();
    InetSocketAddress address = new InetSocketAddress(1);
    events.listenerState(address, ListenerState.STARTING, ListenerState.LISTENING, null);
    try (FlightRecording recording = new FlightRecording("ListenerState")) {
      events.listenerState(address, ListenerState.LISTENING, ListenerState.PAUSED, null);
      events.listen();
      events.listen();
      events.listenerState(address, ListenerState.PAUSED, ListenerState.CLOSED, null);
      assertEquals(2, recording.events("ListenerState").stream().filter(e -> e.getString("address").endsWith(":1")).count());
    }
  }
}
