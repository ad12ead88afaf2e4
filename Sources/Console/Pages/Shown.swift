import Foundation
import Wire

/// How values stand on pages.
package enum Shown {
    /// Of a tag `Name`, which consoles show as the name.
    static func name(_ item: XMLNode) -> String? {
        item.items("tagSet").first { $0.text("key") == "Name" }?.text("value").flatMap { $0.isEmpty ? nil : $0 }
    }

    static func tags(_ item: XMLNode) -> [Values] {
        item.items("tagSet").map { ["key": $0.text("key"), "value": $0.text("value")] }
    }

    /// A time of the API, as it stands there and as people read it: `2026-11-30 17:00 UTC`.
    static func time(_ text: String?) -> Values? {
        guard let text, text.utf8.count >= 16, let day = text.split(separator: "T").first else { return nil }
        let clock = text.dropFirst(day.count + 1).prefix(5)
        return ["iso": text, "text": "\(day) \(clock) UTC"]
    }

    static func time(seconds: Double?) -> Values? {
        seconds.flatMap { time(Date(timeIntervalSince1970: $0).formatted(.iso8601)) }
    }

    package static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "< 1 s"
        case ..<90: "\(Int(seconds.rounded(.up))) s"
        case ..<5400: "\(Int((seconds / 60).rounded(.up))) min"
        default: "\(Int((seconds / 3600).rounded(.up))) h"
        }
    }

    /// The class and the sign that go with the word of a state, so that it is not told by colour alone.
    static func state(_ name: String) -> Values {
        let (kind, sign) =
            switch name {
            case "available", "running", "completed", "ok", "in-use", "enabled", "active": ("good", "●")
            case "pending", "stopping", "shutting-down", "running…", "creating", "deleting": ("moving", "◐")
            case "failed", "invalid", "error": ("bad", "✕")
            default: ("idle", "○")
            }
        return ["name": name, "kind": kind, "sign": sign]
    }

    /// A place below the console's root, each part encoded.
    package static func place(_ parts: String...) -> String { Console.root + parts.map(PercentEncoding.encode).joined(separator: "/") }

    /// With a query.
    static func place(_ place: String, _ query: [(String, String)]) -> String {
        let query = query.filter { !$0.1.isEmpty }
        return query.isEmpty ? place : place + "?" + FormEncoding.encode(query)
    }
}
