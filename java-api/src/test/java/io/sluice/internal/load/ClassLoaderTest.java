package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several copies of Sluice in one JVM, one of them under another name, and class paths without JNA. */
class ClassLoaderTest {
  private static final String ENGINES = "io.sluice.internal.load.Engines";
  private static final String ENGINE = "io.sluice.internal.engine.Engine";
  private static final String CONFIG = "io.sluice.internal.engine.EngineConfig";

  private static Object select(Class<?> engines, String engine, String binding) throws Throwable {
    try {
      return engines.getMethod("select", String.class, String.class).invoke(null, engine, binding);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Opens an epoll loop in that copy, turns it once and ends it. */
  private static void turnOnce(Class<?> engines, Class<?> engineType, Class<?> config) throws Throwable {
    Object selection = select(engines, "epoll", "jni");
    Object engine =
        engines
            .getMethod("open", selection.getClass(), config)
            .invoke(null, selection, config.getField("DEFAULTS").get(null));
    assertEquals(0, engineType.getMethod("enter", long.class).invoke(engine, 0L));
    assertEquals(0, engineType.getMethod("destroy", boolean.class).invoke(engine, false));
    assertEquals(-1, engineType.getMethod("enter", long.class).invoke(engine, 0L));
  }

  private static void assumeNative() {
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the epoll engine is Linux only");
    assumeTrue(NativeLoader.shared().obstacle("jni") == null, NativeLoader.shared().obstacle("jni"));
  }

  @Test
  void aSecondClassLoaderLoadsItsOwnCopy() throws Throwable {
    assumeNative();
    turnOnce(Engines.class, Class.forName(ENGINE), Class.forName(CONFIG));
    for (int i = 0; i < 2; i++) {
      ClassLoader other = ClassLoaders.sluiceOnly();
      turnOnce(other.loadClass(ENGINES), other.loadClass(ENGINE), other.loadClass(CONFIG));
    }
  }

  /** The JVM gives a file to one class loader only. */
  @Test
  void classLoadersThatAreGivenTheSameFileEachLoadIt(@TempDir Path dir) throws Throwable {
    assumeNative();
    Path file = Files.write(dir.resolve(NativeFolder.PLATFORM.libraryName()), NativeFolder.realLibrary());
    System.setProperty(NativeLoader.PATH_PROPERTY, file.toString());
    try {
      for (int i = 0; i < 2; i++) {
        ClassLoader other = ClassLoaders.sluiceOnly();
        turnOnce(other.loadClass(ENGINES), other.loadClass(ENGINE), other.loadClass(CONFIG));
      }
    } finally {
      System.clearProperty(NativeLoader.PATH_PROPERTY);
    }
  }

  @Test
  void aRelocatedCopyRegistersItsOwnClass() throws Throwable {
    assumeNative();
    ClassLoader shaded = new ClassLoaders.Relocating();
    Class<?> engines = shaded.loadClass(ClassLoaders.Relocating.relocated(ENGINES));
    assertTrue(!engines.getName().startsWith("io.sluice"), engines.getName());
    turnOnce(
        engines,
        shaded.loadClass(ClassLoaders.Relocating.relocated(ENGINE)),
        shaded.loadClass(ClassLoaders.Relocating.relocated(CONFIG)));
    // The copy under the old name still has its own functions.
    turnOnce(Engines.class, Class.forName(ENGINE), Class.forName(CONFIG));
  }

  @Test
  void withoutJnaTheReasonNamesTheDependency() throws Throwable {
    Class<?> engines = ClassLoaders.sluiceOnly().loadClass(ENGINES);
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> select(engines, "auto", "jna"));
    assertEquals("io.sluice.EngineUnavailableException", e.getClass().getName());
    String expected = "binding jna is unavailable: JNA is not on the class path (add net.java.dev.jna:jna)";
    assertTrue(e.getMessage().startsWith(expected), e.getMessage());
  }

  @Test
  void withoutJnaTheOthersAreChosenAsEver() throws Throwable {
    assumeNative();
    Object selection = select(ClassLoaders.sluiceOnly().loadClass(ENGINES), "auto", "auto");
    assertEquals("jni", selection.getClass().getMethod("binding").invoke(selection));
    String candidates = selection.getClass().getMethod("candidates").invoke(selection).toString();
    assertTrue(candidates.contains("jna: unavailable, JNA is not on the class path"), candidates);
  }
}
