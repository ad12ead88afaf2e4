import Foundation
import Wire

/// A file in the AWS shared-credentials format: sections in brackets, `name = value` lines, comments behind `#` or `;`.
package struct SharedCredentials: Hashable, Sendable {
    private var sections: [String: [String: String]] = [:]

    package init(parsing text: String) {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
                section = line[line.index(after: line.startIndex)..<end].trimmingCharacters(in: .whitespaces)
            } else if let section, let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                sections[section, default: [:]][name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
    }

    /// Reads a file; nil when there is none that can be read.
    package init?(path: String) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        self.init(parsing: text)
    }

    /// The access key of a profile; nil unless both halves are there.
    package func credential(profile: String) -> Credential? {
        guard let values = sections[profile],
            let id = values["aws_access_key_id"], !id.isEmpty,
            let secret = values["aws_secret_access_key"], !secret.isEmpty
        else { return nil }
        let token = values["aws_session_token"].flatMap { $0.isEmpty ? nil : $0 }
        return Credential(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }
}
