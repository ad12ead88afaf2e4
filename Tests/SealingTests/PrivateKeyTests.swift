import Crypto
import Domain
import Sealing
import Testing

@Suite struct PrivateKeyTests {
    @Test(arguments: KeySpec.allCases) func everySpecMakesItsMaterial(spec: KeySpec) throws {
        let material = try KeyMaterialMaker.material(for: spec)
        #expect(material.count >= 32)
        #expect(try !material.isEqual(to: KeyMaterialMaker.material(for: spec)))
        guard !spec.isSymmetric else {
            #expect(throws: (any Error).self) { _ = try PrivateKey(material, spec: spec) }
            return
        }
        let key = try PrivateKey(material, spec: spec)
        #expect(key.secret.isEqual(to: material))
        #expect(try PrivateKey(key.secret, spec: spec).publicDER() == key.publicDER())
    }
}
