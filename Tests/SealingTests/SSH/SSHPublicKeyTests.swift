import Domain
import Foundation
import Sealing
import Testing

/// Keys that ssh-keygen made, in the forms that it and openssl have for them.
@Suite struct SSHPublicKeyTests {
    private static let rsa =
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQC5KaXQuJUWTGp5dExFD7+CL6LEYNU7UAWRHlKt2c840hp18D4N0O+71dxl1k/QR2NSiy+C"
        + "rBuGj73imybmDn3wqZMSivYNoD7wCZSE85SZDiR8OpZzlMcZHultPPVR1XRM1No/CycjFAm3P1RhqnBpUBxmqgwa+zXq6e1f3JPL"
        + "/QpNXoR/1IweZ9+oRGcdLU8BbeidWyncI943WDPEyTrcFfQ1SlZL0gcTZVMvjG+dnNx4mGTqXoyflOHqamdeSzc+pdn423HXyoKr"
        + "27ygkf9Ie5RJArotnvkUb53KfTvITm4xZZqrSYN2RXtz9uexo6baIzgjrLJWaTeaJkL8cPJJ"
    private static let rsaDER =
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuSml0LiVFkxqeXRMRQ+/gi+ixGDVO1AFkR5SrdnPONIadfA+DdDvu9Xc"
        + "ZdZP0EdjUosvgqwbho+94psm5g598KmTEor2DaA+8AmUhPOUmQ4kfDqWc5THGR7pbTz1UdV0TNTaPwsnIxQJtz9UYapwaVAcZqoM"
        + "Gvs16untX9yTy/0KTV6Ef9SMHmffqERnHS1PAW3onVsp3CPeN1gzxMk63BX0NUpWS9IHE2VTL4xvnZzceJhk6l6Mn5Th6mpnXks3"
        + "PqXZ+Ntx18qCq9u8oJH/SHuUSQK6LZ75FG+dyn07yE5uMWWaq0mDdkV7c/bnsaOm2iM4I6yyVmk3miZC/HDySQIDAQAB"
    private static let ed25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIGu6lgZR3wCmzdo//VgBsoBfB9m9h1FHyNDYyQDNs8zg"
    private static let ed25519DER = "MCowBQYDK2VwAyEAa7qWBlHfAKbN2j/9WAGygF8H2b2HUUfI0NjJAM2zzOA="
    private static let short =
        "AAAAB3NzaC1yc2EAAAADAQABAAAAgQC2HPqYdm/RRLKHkVzMeV0gPGstJJqX5CmC0SaBGU9DRmBFU5VpqGuMClgP+BDPoqRNwCD/"
        + "Rnh+LCp8eZpurStEKZweOJBP/k9WHekV+rJHUvZ9UYtPVs0DqExUBp3gS8Bh1mPHhztGDu/zkTdV7vLmNAJMH3h7c5sWoQrm4wuW"
        + "dQ=="

    private static let rfc4716 = """
        ---- BEGIN SSH2 PUBLIC KEY ----
        Comment: "2048-bit RSA, converted by ann@example from OpenSSH"
        AAAAB3NzaC1yc2EAAAADAQABAAABAQC5KaXQuJUWTGp5dExFD7+CL6LEYNU7UAWRHlKt2c
        840hp18D4N0O+71dxl1k/QR2NSiy+CrBuGj73imybmDn3wqZMSivYNoD7wCZSE85SZDiR8
        OpZzlMcZHultPPVR1XRM1No/CycjFAm3P1RhqnBpUBxmqgwa+zXq6e1f3JPL/QpNXoR/1I
        weZ9+oRGcdLU8BbeidWyncI943WDPEyTrcFfQ1SlZL0gcTZVMvjG+dnNx4mGTqXoyflOHq
        amdeSzc+pdn423HXyoKr27ygkf9Ie5RJArotnvkUb53KfTvITm4xZZqrSYN2RXtz9uexo6
        baIzgjrLJWaTeaJkL8cPJJ
        ---- END SSH2 PUBLIC KEY ----
        """

    private static func bytes(_ text: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: text))) }

    @Test func everyFormOfAKeyIsTheSameKey() throws {
        let blob = try Self.bytes(Self.rsa)
        let key = try SSHPublicKey(blob: blob)
        let pem = "-----BEGIN PUBLIC KEY-----\n\(Self.rsaDER)\n-----END PUBLIC KEY-----\n"
        let continued = Self.rfc4716.replacing("Comment:", with: "x-note: a \\\nline that goes on\nComment:")
        let texts = [
            "ssh-rsa \(Self.rsa) ann@example\n", "ssh-rsa \(Self.rsa)", "  ssh-rsa  \(Self.rsa)  a comment of words\r\n", Self.rfc4716,
            continued,
            Self.rfc4716.replacing("\n", with: "\r\n"), Self.rsaDER, "\(Self.rsaDER.prefix(64))\n\(Self.rsaDER.dropFirst(64))\n", pem,
        ]
        for text in texts { #expect(try SSHPublicKey(imported: Array(text.utf8)) == key, "\(text)") }
        #expect(try SSHPublicKey(imported: Self.bytes(Self.rsaDER)) == key)
        #expect(key.kind == .rsa && key.text == "ssh-rsa \(Self.rsa)" && key.blob == blob)
        #expect(try key.der() == Self.bytes(Self.rsaDER))

        let curve = try SSHPublicKey(imported: Array("ssh-ed25519 \(Self.ed25519) ann@example".utf8))
        #expect(curve.kind == .ed25519 && curve.text == "ssh-ed25519 \(Self.ed25519)")
        #expect(try curve == SSHPublicKey(imported: Array(Self.ed25519DER.utf8)))
        #expect(try curve.der() == Self.bytes(Self.ed25519DER))
    }

    /// As `openssl rsa -pubout -outform DER | openssl md5 -c` and `ssh-keygen -l` have them.
    @Test func fingerprintsOfImportedKeys() throws {
        let expected = [
            ("ssh-rsa \(Self.rsa)", "ed:5d:0a:af:a0:77:3e:b4:9c:b4:fa:46:7c:b6:d8:3f"),
            ("ssh-rsa \(Self.short)", "b5:e2:10:31:21:02:ea:b1:84:18:a3:2e:b0:ba:18:91"),
            ("ssh-ed25519 \(Self.ed25519)", "UVg70PzmB6kvu33mEb7/puNxHGKS3ExSfvX3WOE3F+U="),
        ]
        for (text, fingerprint) in expected {
            #expect(try SSHPublicKey(imported: Array(text.utf8)).importedFingerprint() == fingerprint)
        }
    }

    @Test func whatIsNoKeyIsRefused() throws {
        let texts = [
            "", " ", "ssh-rsa", "ssh-rsa !", "ssh-rsa AAAA", "ssh-ed25519 \(Self.rsa)", "ssh-rsa \(Self.ed25519)", "rsa \(Self.rsa)",
            "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDYca/"
                + "TTINfNjsgEP3yyNeZeAsxR2xTBe4qs94Teb1zuhR64nF5ztTkHeLYMzOgMY8N5TDeteWLS5diW1ys/7lY=",
            #"command="id" ssh-rsa \#(Self.rsa)"#, "ssh-rsa \(Self.rsa)\nssh-rsa \(Self.rsa)", "ssh-rsa \(Self.rsa)AAAA",
            "ssh-rsa \(Self.rsa.dropLast(8))",
            String(Self.rsaDER.dropLast(8)), Self.rsaDER + "AAAA", String(Self.rfc4716.dropLast(5)),
            "---- BEGIN SSH2 PUBLIC KEY ----\n---- END SSH2 PUBLIC KEY ----",
            "-----BEGIN RSA PRIVATE KEY-----\n\(Self.rsaDER)\n-----END RSA PRIVATE KEY-----",
        ]
        for text in texts { #expect(throws: NoSSHPublicKey.self, "\(text)") { try SSHPublicKey(imported: Array(text.utf8)) } }
        for bytes in [[0x30], [0x30, 0x82, 0xFF, 0xFF], [0xFF, 0xFE], Array(repeating: 0x41, count: SSHPublicKey.importedBytesMax + 1)]
            as [[UInt8]]
        {
            #expect(throws: NoSSHPublicKey.self) { try SSHPublicKey(imported: bytes) }
        }
    }

    /// Cut off anywhere, or with a byte changed, a key is refused or another key: nothing traps.
    @Test func damagedKeysAreRefusedOrOthers() throws {
        for form in [try Self.bytes(Self.rsaDER), try Self.bytes(Self.ed25519DER)] {
            let key = try SSHPublicKey(imported: form)
            for place in form.indices {
                #expect(throws: NoSSHPublicKey.self) { try SSHPublicKey(imported: Array(form[..<place])) }
                var changed = form
                changed[place] ^= 0x81
                if let other = try? SSHPublicKey(imported: changed) { #expect(other != key || place < 20) }
            }
        }
        let blob = try Self.bytes(Self.rsa)
        for place in blob.indices { #expect(throws: NoSSHPublicKey.self) { try SSHPublicKey(blob: Array(blob[..<place])) } }
    }

    @Test func keysThatNobodyShouldUseAreRefused() throws {
        let odd = [UInt8](repeating: 0xFF, count: 128)
        func blob(_ modulus: [UInt8], _ exponent: [UInt8]) -> [UInt8] { SSHPublicKey.rsa(modulus: modulus, exponent: exponent).blob }
        _ = try SSHPublicKey(blob: blob(odd, [1, 0, 1]))
        let bad =
            [
                (Array(odd.dropLast()), [1, 0, 1]), (Array(odd.dropLast()) + [0xFE], [1, 0, 1]), (odd, [1]), (odd, [2]), (odd, []),
                (odd, [UInt8](repeating: 0xFF, count: 9)), ([UInt8](repeating: 0xFF, count: 2049), [3]),
            ] as [([UInt8], [UInt8])]
        for (modulus, exponent) in bad {
            #expect(throws: NoSSHPublicKey.self) { try SSHPublicKey(blob: blob(modulus, exponent)) }
        }
    }
}
