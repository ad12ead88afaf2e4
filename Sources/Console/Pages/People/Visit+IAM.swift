import API
import Domain
import Foundation
import Wire

extension Visit {
    /// An action of IAM, and what stands in its answer.
    ///
    /// - Throws: `CallRefusal`
    @discardableResult
    func iam(_ action: String, _ parameters: [(String, String)] = []) async throws -> XMLNode {
        let answer = try await query("iam", action, parameters)
        return answer["\(action)Result"] ?? answer
    }

    /// All of a listing, as far as a page can show it.
    ///
    /// - Parameter list: the name of the list in the answer.
    func allOfIAM(_ action: String, _ parameters: [(String, String)] = [], _ list: String, max: Int = 1000) async throws -> [XMLNode] {
        var (found, marker) = ([XMLNode](), String?.none)
        repeat {
            let page = try await iam(action, parameters + [("MaxItems", "\(min(max, 1000))")] + (marker.map { [("Marker", $0)] } ?? []))
            found += page.members(list)
            marker = page.marker
        } while marker != nil && found.count < max
        return found
    }

    /// A policy by its ARN, or one of the account's own by its name.
    func policyARN(_ text: String) -> String {
        let text = text.trimmed
        guard !text.isEmpty, !text.hasPrefix("arn:") else { return text }
        return "arn:\(console.partition):iam::\(account):policy/\(text)"
    }

    /// What the buttons of forms say is to be done.
    var act: String { field("do") }

    /// A document as it was typed: browsers send other ends of lines.
    func document(_ name: String) -> String { field(name).replacing("\r\n", with: "\n") }

    /// The lines of a field, without what is empty.
    func lines(_ name: String) -> [String] {
        field(name).split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
    }

    /// To a page, which tells what was done.
    func done(_ notice: String, at place: String) -> Reply { .redirect(to: Shown.place(place, [("notice", notice)])) }
}

extension Console {
    var partition: String { regions.first?.partition ?? "aws" }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}

extension XMLNode {
    /// The elements of a list of IAM's.
    func members(_ list: String) -> [XMLNode] { items(list, item: "member") }

    /// What leads to the next page; nil on the last.
    var marker: String? { text("IsTruncated") == "true" ? text("Marker") : nil }

    /// A policy document, which IAM escapes.
    func document(_ name: String) -> String? { text(name).map { $0.removingPercentEncoding ?? $0 } }
}
