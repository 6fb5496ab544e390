import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a subscriber prints: a line {@code name<TAB>data} for each event, and {@code !<TAB>why} when its library has given up. */
final class Heard {
  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  static void event(String name, String data) {
    OUT.println(name + "\t" + data);
  }

  static void returned(Object why) {
    OUT.println("!\t" + why);
  }
}
