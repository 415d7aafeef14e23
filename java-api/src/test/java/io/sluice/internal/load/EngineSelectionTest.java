package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.EngineUnavailableException;
import io.sluice.internal.abi.Abi;
import io.sluice.internal.bind.Binding;
import io.sluice.internal.bind.Bindings;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.engine.Engine;
import io.sluice.internal.engine.EngineConfig;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is chosen, and that everything else gets a reason. */
class EngineSelectionTest {
  /** The engine that every kernel of this system has. */
  private static final String READINESS = NativeFolder.PLATFORM.isLinux() ? "epoll" : "kqueue";

  private static final ClassLoader CLASS_PATH = EngineSelectionTest.class.getClassLoader();

  private static Selection realSelection(String engine, String binding) {
    NativeLoader loader = NativeFolder.loader(CLASS_PATH);
    try {
      loader.load(Bindings.JNI);
    } catch (UnavailableException e) {
      assumeTrue(false, "no native library here: " + e.getMessage());
    }
    return Engines.select(loader, engine, binding);
  }

  private static void assertReasonsForAllOthers(Selection selection) {
    for (Candidate c : selection.candidates()) {
      boolean used = c.name().equals(selection.engine()) || c.name().equals(selection.binding());
      assertEquals(used, c.reason().isEmpty(), c.toString());
    }
    assertEquals(
        NativeFolder.PLATFORM.isLinux()
            ? List.of("io_uring", "epoll", "kqueue", "nio", "jni", "ffm", "jna")
            : List.of("kqueue", "io_uring", "epoll", "nio", "jni", "ffm", "jna"),
        selection.candidates().stream().map(Candidate::name).toList());
  }

  @Test
  void autoTakesTheFirstUsableEngineAndBinding() {
    Selection selection = realSelection("auto", "auto");
    assertEquals("jni", selection.binding());
    String expected =
        List.of("io_uring", "epoll", "kqueue", "nio").stream()
            .filter(name -> selection.candidate(Candidate.ENGINE, name).usable())
            .findFirst()
            .orElseThrow();
    assertEquals(expected, selection.engine());
    assertReasonsForAllOthers(selection);
  }

  @Test
  void noStartWaitsForALookAtWhatComesBehindTheChoice() {
    Selection selection = realSelection("auto", "auto");
    List<String> names = selection.examined().stream().map(Candidate::name).toList();
    assertEquals(selection.binding(), names.get(names.size() - 1));
    assertEquals(selection.engine(), names.get(names.size() - 2));
    assertFalse(names.contains("ffm") || names.contains("jna"), names.toString());
    assertReasonsForAllOthers(selection); // looks at them
  }

  /** It comes first, so whoever reads the line of log wants to know. */
  @Test
  void theLogSaysWhyNotTheBindingBeforeTheOneThatWasAskedFor() {
    Selection selection = realSelection("auto", "jna");
    String text = Announcement.text(selection, NativeFolder.PLATFORM, "1");
    assertTrue(text.contains("Not jni") && text.contains("jna was asked for"), text);
  }

  /** What stands in the way of another one may go away again: a report of a bad moment is not the last word. */
  @Test
  void whatComesBehindTheChoiceIsLookedAtAgain() throws Exception {
    String[] obstacle = {"out of file descriptors, just now"};
    NativeLoader loader = new NativeLoader(CLASS_PATH, Map.of("java.io.tmpdir", System.getProperty("java.io.tmpdir"))::get, name -> null, NativeFolder.PLATFORM) {
      @Override
      public synchronized String obstacle(String binding) {
        return obstacle[0];
      }
    };
    Selection selection = Engines.select(loader, "nio", "auto");
    assertFalse(selection.candidate(Candidate.BINDING, "jna").usable());
    obstacle[0] = null;
    assertTrue(selection.candidate(Candidate.BINDING, "jna").usable());
  }

  @Test
  void engineAskedForByNameIsTakenAndTheOthersSaySo() {
    Selection selection = realSelection(READINESS, "jni");
    assertEquals(READINESS, selection.engine());
    assertEquals(READINESS + " was asked for", selection.candidate(Candidate.ENGINE, "nio").reason());
    assertEquals("jni was asked for", selection.candidate(Candidate.BINDING, "jna").reason());
    assertReasonsForAllOthers(selection);
  }

  @Test
  void propertiesDecideWhereTheCallerDoesNot() {
    NativeLoader loader = NativeFolder.loader(CLASS_PATH, Engines.ENGINE_PROPERTY, " NIO ");
    assertEquals("nio", Engines.select(loader, null, null).engine());
    NativeLoader wrong = NativeFolder.loader(CLASS_PATH, Engines.ENGINE_PROPERTY, "iocp");
    String message = assertThrows(IllegalArgumentException.class, () -> Engines.select(wrong, null, null)).getMessage();
    assertEquals("-Dsluice.engine: iocp is unknown; it must be auto, io_uring, epoll, kqueue, nio", message);
  }

  @Test
  void anEngineOfAnotherSystemSaysWhichSystemHasIt() {
    boolean linux = NativeFolder.PLATFORM.isLinux();
    String foreign = linux ? "kqueue" : "epoll";
    String message = assertThrows(EngineUnavailableException.class, () -> realSelection(foreign, "jni")).getMessage();
    String reason = " is an interface of " + (linux ? "macOS and the BSDs" : "Linux") + ", and this library was built for another system";
    assertTrue(message.startsWith("engine " + foreign + " is unavailable: " + foreign + reason), message);
  }

  /** A library for macOS cannot be had here; what is looked at first depends on the loader's platform alone. */
  @Test
  void outsideLinuxKqueueComesFirst() {
    NativeLoader off =
        new NativeLoader(
            EngineSelectionTest.class.getClassLoader(), name -> name.equals(NativeLoader.ENABLED_PROPERTY) ? "false" : null, name -> null,
            Platform.of("Mac OS X", "aarch64"));
    assertEquals(
        List.of("kqueue", "io_uring", "epoll", "nio"),
        Engines.select(off, "auto", "auto").candidates().stream()
            .filter(c -> c.kind().equals(Candidate.ENGINE)).map(Candidate::name).toList());
  }

  @Test
  void unknownNamesListTheKnownOnes() {
    String message = assertThrows(IllegalArgumentException.class, () -> Engines.select("auto", "panama")).getMessage();
    assertEquals("binding: panama is unknown; it must be auto, jni, ffm, jna", message);
  }

  @Test
  void withNativesOffNioRunsAndEveryOtherSaysWhy() {
    NativeLoader off = NativeFolder.loader(CLASS_PATH, NativeLoader.ENABLED_PROPERTY, "false");
    Selection selection = Engines.select(off, "auto", "auto");
    assertEquals("nio", selection.engine());
    assertEquals("none", selection.binding());
    for (Candidate c : selection.candidates()) {
      if (!c.name().equals("nio")) {
        assertFalse(c.usable());
        assertTrue(c.reason().contains("switched off by -Dsluice.native=false"), c.reason());
      }
    }
    assertReasonsForAllOthers(selection);
    Engine engine = Engines.openWithReport(off, selection, EngineConfig.DEFAULTS).engine();
    assertEquals("nio", engine.name());
    assertEquals(0, engine.destroy(true));
  }

  @Test
  void unavailableEngineAskedForByNameThrowsWithReasonAndRemedy() {
    NativeLoader off = NativeFolder.loader(CLASS_PATH, NativeLoader.ENABLED_PROPERTY, "false");
    String message =
        assertThrows(EngineUnavailableException.class, () -> Engines.select(off, "io_uring", "auto")).getMessage();
    assertTrue(message.startsWith("engine io_uring is unavailable: no binding to the native library: switched off by"), message);
    assertTrue(message.contains("engine nio is usable"), message);
  }

  @Test
  void unavailableBindingAskedForByNameThrowsAlsoWithAnyEngine() {
    NativeLoader off = NativeFolder.loader(CLASS_PATH, NativeLoader.ENABLED_PROPERTY, "false");
    String message =
        assertThrows(EngineUnavailableException.class, () -> Engines.select(off, "auto", "jna")).getMessage();
    assertTrue(message.startsWith("binding jna is unavailable: switched off by"), message);
  }

  @Test
  void autoGoesOnToTheNextEngineWhenOpeningFailsAfterAll() throws Exception {
    Selection selection = realSelection("auto", "jni");
    assumeTrue(selection.engine().equals("io_uring"), selection.candidate(Candidate.ENGINE, "io_uring").reason());
    Engines.Opened opened =
        Engines.openWithReport(new RefusingLoader(), selection, EngineConfig.DEFAULTS);
    assertEquals("epoll", opened.engine().name());
    assertEquals("epoll", opened.selection().engine());
    String reason = opened.selection().candidate(Candidate.ENGINE, "io_uring").reason();
    assertTrue(reason.startsWith("opening a loop failed: out of file descriptors"), reason);
    assertReasonsForAllOthers(opened.selection());
    assertEquals(0, opened.engine().destroy(false));
  }

  @Test
  void engineAskedForByNameIsNotReplacedWhenOpeningFails() {
    Selection selection = realSelection(READINESS, "jni");
    String message =
        assertThrows(
                EngineUnavailableException.class,
                () -> Engines.openWithReport(new RefusingLoader(), selection, EngineConfig.DEFAULTS))
            .getMessage();
    assertTrue(message.startsWith("engine " + READINESS + " is unavailable: opening a loop failed"), message);
  }

  @Test
  void configurationErrorsNameTheValueAndItsRange() {
    EngineConfig odd = new EngineConfig(100, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    Selection nio = Engines.select(NativeFolder.loader(CLASS_PATH), "nio", null);
    String message = assertThrows(IllegalArgumentException.class, () -> Engines.open(nio, odd)).getMessage();
    assertEquals("sqEntries: 100 is not allowed; 0 (the default) or a power of two in 8..65536", message);
  }

  @Test
  void featuresAreSwitchedOffByName() {
    assertEquals(Abi.FEAT_MULTISHOT_RECV | Abi.FEAT_INLINE_SEND, Features.parse("multishot_recv, Inline_Send"));
    assertEquals(Abi.FEAT_ALL, Features.parse("all"));
    assertEquals(0, Features.parse(null));
    assertEquals(13, Features.names(Abi.FEAT_ALL).size());
    String message = assertThrows(IllegalArgumentException.class, () -> Features.parse("multishot")).getMessage();
    assertTrue(message.startsWith("sluice.features.off: multishot is no feature; known are single_issuer, "), message);
  }

  @Test
  void featuresOffReachTheEngine() {
    NativeLoader loader = NativeFolder.loader(CLASS_PATH, Features.OFF_PROPERTY, "multishot_recv,inline_send");
    Selection selection = realSelection("auto", "jni");
    assumeTrue(selection.engine().equals("io_uring"), selection.candidate(Candidate.ENGINE, "io_uring").reason());
    Engines.Opened opened = Engines.openWithReport(loader, selection, EngineConfig.DEFAULTS);
    assertEquals(0, opened.engine().features() & (Abi.FEAT_MULTISHOT_RECV | Abi.FEAT_INLINE_SEND));
    assertEquals(opened.engine().features(), opened.selection().features());
    assertEquals(0, opened.engine().destroy(false));
  }

  /** A loader whose bindings say EMFILE when the first loop is opened. */
  private static final class RefusingLoader extends NativeLoader {
    private boolean refused;

    RefusingLoader() {
      super(CLASS_PATH, Map.of("java.io.tmpdir", System.getProperty("java.io.tmpdir"))::get, name -> null, NativeFolder.PLATFORM);
    }

    @Override
    public Binding load(String name) throws UnavailableException {
      Binding real = super.load(name);
      return (Binding)
          Proxy.newProxyInstance(
              CLASS_PATH,
              new Class<?>[] {Binding.class},
              (proxy, method, args) -> {
                if (method.getName().equals("open") && !refused) {
                  refused = true;
                  return -Abi.EMFILE;
                }
                return method.invoke(real, args);
              });
    }
  }
}
