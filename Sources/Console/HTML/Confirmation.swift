import API

/// Asks before something goes, by its name. The same form comes back with the name typed.
struct Confirmation {
    /// `Delete the user alice?`
    let question: String
    /// What follows from it.
    let about: String
    /// What has to be typed: it says what goes.
    let word: String
    /// What stands on the button.
    let title: String
    var act: String
    /// What the form carries on.
    var hidden: [(String, String)] = []
    /// What can be said beside.
    var fields: [Field] = []
    /// Where one goes who keeps it.
    let back: String
    let section: String

    func view(for visit: Visit) -> View {
        var view = View(
            title: question,
            template: "confirm",
            values: [
                "about": about, "word": word, "entered": visit.field("word"), "button": title, "do": act, "back": back,
                "hidden": hidden.map { ["name": $0.0, "value": $0.1] as Values }, "fields": fields.map(\.values),
            ]
        )
        view.section = section
        return view
    }

    /// - Returns: nil where the word was typed; else the page that asks for it.
    func reply(for visit: Visit) async throws -> Reply? {
        let typed = visit.form.contains { $0.name == "word" } ? visit.field("word") : nil
        guard typed != word else { return nil }
        var view = view(for: visit)
        if typed != nil {
            view.refusals = [refusal(for: visit)]
            view.status = 400
        }
        return try await visit.console.render(view, visit)
    }

    func refusal(for visit: Visit) -> CallRefusal {
        CallRefusal(status: 400, code: "NotConfirmed", message: "Type \(word) to go on. Nothing was changed.", requestID: visit.requestID)
    }
}
