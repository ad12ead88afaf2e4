import Client
import Foundation
import Testing

@Suite struct TextTests {
    @Test(
        arguments: [
            (0, "0 bytes"), (1_023, "1023 bytes"), (1_024, "1 KiB"), (1_536, "1.5 KiB"), (524_288, "512 KiB"), (10_239 << 10, "10 MiB"),
            ((1 << 30) - 1, "1 GiB"), (1 << 46, "64 TiB"), (-5, "0 bytes"),
        ] as [(Int64, String)]
    )
    func sizes(bytes: Int64, text: String) {
        #expect(ByteText.size(bytes) == text)
    }

    @Test(arguments: [
        (0.0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (185, "3 m 05 s"), (7_620, "2 h 07 m"), (.infinity, "?"),
    ])
    func times(seconds: Double, text: String) {
        #expect(ByteText.time(seconds) == text)
    }

    @Test func tables() {
        var table = TextTable(heading: ["A", "LONG", "C"])
        table.add(["wide cell", "x", ""])
        #expect(table.lines == ["A          LONG  C", "wide cell  x"])
    }

    @Test func quotedWordsComeBackFromAShell() throws {
        let words = ["", "plain-1.2/3:4", "two words", "it's", "$(touch x)`y`", "a\nb", "\\", "\"", "*", "!", "~", "ä", "a;b&c|d", "'''"]
        let shell = Process()
        let output = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "printf '%s\\0' " + words.map(ShellQuoting.quote).joined(separator: " ")]
        shell.standardOutput = output
        try shell.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init) == words)
        #expect(ShellQuoting.quote("plain-1.2/3:4") == "plain-1.2/3:4")
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(TerminalText.clean("a\u{1B}[2Jb\u{9B}c\u{202E}d\ne") == "a?[2Jb?c?d?e")
        #expect(TerminalText.clean("größe [1]") == "größe [1]")
    }

    @Test func imageNames() {
        #expect(ImageNameRule.objection(to: "nixos/25.05 (x)@_'[1]-") == nil)
        #expect(ImageNameRule.objection(to: "ab") != nil)
        #expect(ImageNameRule.objection(to: String(repeating: "a", count: 129)) != nil)
        #expect(ImageNameRule.objection(to: "a:b!c") != nil)
        #expect(ImageNameRule.objection(to: "größe") != nil)
        for path in ["/tmp/debian-12.qcow2", "x", ".raw", "a:b?c.img", "größe.raw", "/", String(repeating: "n", count: 300)] {
            let name = ImageNameRule.suggestion(forFile: path)
            #expect(ImageNameRule.objection(to: name) == nil, "\(path) became \(name)")
        }
        #expect(ImageNameRule.suggestion(forFile: "/tmp/debian-12.qcow2") == "debian-12")
    }

    @Test func tagsAreReadAtTheFirstEqualsSign() {
        #expect(ResourceTag(assignment: "a=b=c") == ResourceTag(key: "a", value: "b=c"))
        #expect(ResourceTag(assignment: "a=") == ResourceTag(key: "a", value: ""))
        #expect(ResourceTag(assignment: "=b") == nil)
        #expect(ResourceTag(assignment: "a") == nil)
    }
}
