import Mustache

/// The templates of all pages, compiled once.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// - Throws: for a template that is none.
    init() throws {
        EscapedText.register()
        var templates: [String: MustacheTemplate] = [:]
        for (name, text) in EmbeddedFiles.templates {
            // Each says so for itself: a part does not inherit it from what holds it.
            templates[name] = try MustacheTemplate(string: "{{% CONTENT_TYPE: \(EscapedText.name)}}\n\(text)")
        }
        library = MustacheLibrary(templates: templates)
    }

    func part(_ name: String, _ values: Values) throws -> String {
        guard let html = library.render(values, withTemplate: name) else { throw NoTemplate(name: name) }
        return html
    }

    /// A page whole.
    func page(_ view: View, for visit: Visit) throws -> String {
        let common = Layout.values(of: view, for: visit)
        var outer = common
        outer["content"] = try part(view.template, common.merging(view.values))
        return try part("layout", outer)
    }

    /// The parts of a page that change, by the names of their templates.
    func livingParts(of view: View, for visit: Visit) throws -> [(name: String, html: String)] {
        let values = Layout.values(of: view, for: visit).merging(view.values)
        return try view.live.map { ($0, try part($0, values)) }
    }
}

/// A page names a template that is not there.
struct NoTemplate: Error, CustomStringConvertible {
    let name: String

    var description: String { "there is no template '\(name)'" }
}
