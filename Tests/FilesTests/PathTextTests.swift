import Files
import Foundation
import TestSupport
import Testing

@Suite struct PathTextTests {
    @Test(arguments: [
        ("x", ".", "x"), ("/x", "/", "x"), ("a/x", "a", "x"), ("a//x//", "a", "x"), ("/", "/", ""), ("", ".", ""), ("//", "/", ""),
        ("./x", ".", "x"),
        ("a/..", "a", ".."), ("é/ü", "é", "ü"), ("/a/b/c", "/a/b", "c"), ("\u{301}/\u{301}", "\u{301}", "\u{301}"),
    ])
    func foldersAndNames(path: String, folder: String, name: String) {
        #expect(PathText.folder(of: path) == folder)
        #expect(PathText.name(of: path) == name)
    }

    @Test func pathsFromTheRoot() {
        let here = FileManager.default.currentDirectoryPath
        #expect(PathText.absolute("x") == "\(here)/x")
        #expect(PathText.absolute("") == here)
        #expect(PathText.absolute("/a/./b//../c/") == "/a/c")
        #expect(PathText.absolute("/../..") == "/")
        #expect(PathText.joined("/", "x") == "/x")
        #expect(PathText.joined("a", "x") == "a/x")
    }

    @Test(arguments: [
        ("/a/nbd/1", "/a/machines/i", "../../nbd/1"), ("/a/b", "/a", "b"), ("/a", "/a", "."), ("/a", "/a/b/", ".."), ("/x", "/", "x"),
        ("/ab/c", "/a/c", "../../ab/c"), ("/\u{301}/x", "/\u{301}", "x"),
    ])
    func theWayFromAFolder(path: String, folder: String, way: String) { #expect(PathText.relative(path, from: folder) == way) }

    @Test(arguments: seeds(3))
    func anyTextIsAPath(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let parts = ["/", ".", "..", "x", "é", "\u{301}", "\u{0}", " ", "\u{1F680}", "\\"]
            let path = (0..<Int.random(in: 0...6, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
            #expect(PathText.absolute(path).utf8.first == UInt8(ascii: "/"))
            #expect(!PathText.folder(of: path).isEmpty)
            #expect(!PathText.name(of: path).utf8.contains(UInt8(ascii: "/")))
        }
    }
}
