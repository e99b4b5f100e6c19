// SHA-256 as FIPS 180-4 defines it, section by section.

#include "policy/sha256.h"

#include <string.h>

// first 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2)
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};


static uint32_t rotate(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}


static uint32_t big_endian(const unsigned char* b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}


// one block of 64 bytes (6.2.2)
static void compress(uint32_t state[8], const unsigned char* block) {
  uint32_t w[64], s[8];

  // message schedule
  for (int t = 0; t < 16; t++) {
    w[t] = big_endian(block + 4 * t);
  }
  for (int t = 16; t < 64; t++) {
    uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
    uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
    w[t] = s1 + w[t - 7] + s0 + w[t - 16];
  }

  // 64 rounds on a..h
  memcpy(s, state, sizeof(s));
  for (int t = 0; t < 64; t++) {
    uint32_t e = s[4], a = s[0];
    uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & s[5]) ^ (~e & s[6])) + K[t] + w[t];
    uint32_t t2 =
        (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof(uint32_t));
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) {
    state[i] += s[i];
  }
}


void sg_sha256_init(SgSha256* sha) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(sha->state, start, sizeof(start));
  sha->nbyte = 0;
}


void sg_sha256_add(SgSha256* sha, const void* bytes, size_t size) {
  const unsigned char* from = bytes;
  size_t used = (size_t)(sha->nbyte % 64);
  sha->nbyte += size;

  // fill the unfinished block, then whole blocks in place, then keep the rest
  while (size > 0) {
    if (used == 0 && size >= 64) {
      compress(sha->state, from);
      from += 64;
      size -= 64;
      continue;
    }
    size_t take = 64 - used < size ? 64 - used : size;
    memcpy(sha->block + used, from, take);
    from += take;
    size -= take;
    used += take;
    if (used == 64) {
      compress(sha->state, sha->block);
      used = 0;
    }
  }
}


void sg_sha256_hex(SgSha256* sha, char hex[65]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char tail[72] = {0x80}, length[8];
  uint64_t nbit = sha->nbyte * 8;
  size_t used = (size_t)(sha->nbyte % 64), pad = used < 56 ? 56 - used : 120 - used;

  // a one bit, zeros, the length in bits (5.1.1)
  for (int i = 0; i < 8; i++) {
    length[i] = (unsigned char)(nbit >> (56 - 8 * i));
  }
  sg_sha256_add(sha, tail, pad);
  sg_sha256_add(sha, length, sizeof(length));

  for (int i = 0; i < 64; i++) {
    hex[i] = digits[sha->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
  }
  hex[64] = '\0';
}
