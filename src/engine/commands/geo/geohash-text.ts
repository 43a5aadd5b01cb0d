// The standard geohash of a point, for GEOHASH: latitudes over both poles, five bits a character.

import { cellAt, type Point, scoreOf, stepMax } from '../../values/geohash.js'

const letters = '0123456789bcdefghjkmnpqrstuvwxyz'
const poles = 90
/** 50 of the 52 bits; the last character would have but two more and is always 0. */
const charactersMax = 10

export function geohashText(point: Point): string {
  let bits = Math.floor(scoreOf(cellAt(point, stepMax, poles)) / 4)
  let text = ''
  for (let i = 0; i < charactersMax; i++) {
    text = (letters[bits % 32] as string) + text
    bits = Math.floor(bits / 32)
  }
  return `${text}0`
}
