import Client
import Console
import Testing

struct ConsoleTextTests {
    @Test(arguments: [
        ("plain\n\ttext", "plain\n\ttext"), ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("a\r\nb", "a\nb"), ("\u{1B}cx", "x"),
        ("end\u{1B}[", "end"),
        ("bell\u{7}\0\u{7F}", "bell"), ("\u{1B}[2J\u{1B}[H<b>", "<b>"),
    ])
    func whatOnlyATerminalUnderstandsIsLeftOut(text: String, plain: String) {
        #expect(ConsoleText.plain(text) == plain)
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"), (16 << 20, "16 MiB"), (1 << 40, "1 TiB"),
        (Int64.max, "8192 PiB"),
    ])
    func bytesAreToldInPowersOfTwo(count: Int64, text: String) {
        #expect(ByteText.size(count) == text)
    }

    @Test(arguments: [(0.2, "< 1 s"), (1, "1 s"), (89.5, "90 s"), (90, "2 min"), (5400, "2 h")])
    func timesAreToldInOneUnit(seconds: Double, text: String) {
        #expect(Shown.duration(seconds) == text)
    }

    @Test func placesAreEncoded() {
        #expect(Shown.place("us-east-1", "images", "a/b\"<é") == "/_ferry/console/us-east-1/images/a%2Fb%22%3C%C3%A9")
    }
}
